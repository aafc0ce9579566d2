/** The file of one audience, opened for appending whole lines. */
import type { AppendFile, Files } from '../../world.ts';
import { type Format, HEADER } from '../lines.ts';

const QUOTE = 0x22;

/** Every CSV line ends in `fields`: the last column's name in the header, else an object, quoted unless empty. */
const CSV_END = /(fields|\}"?)\r?\n$/;
const END_BYTES = 16;

/**
 * Opens the file of an audience; folder and file are made if missing. What has to stand before the next lines (a
 * header, the end of a torn line) is written together with them, never alone.
 */
export async function openAudienceFile(files: Files, path: string, format: Format): Promise<AppendFile> {
  let lead = await leadOf(files, path, format);
  const file = await files.openAppend(path);
  return {
    async append(lines) {
      await file.append(lead + lines);
      lead = '';
    },
    close: () => file.close(),
  };
}

/**
 * A write that a kill, a power loss or a full disk cut short leaves a torn line. It was never acknowledged, so its
 * row is sent again; but the next line must not grow onto it. The torn line gets an end and stays alone: cutting
 * it off instead could pull bytes from under somebody who is reading the file.
 */
async function leadOf(files: Files, path: string, format: Format): Promise<string> {
  const size = (await files.size(path)) ?? 0;
  const header = HEADER[format];
  if (size < header.length) {
    const start = await textFrom(files, path, 0, size);
    // A torn header is completed: then nothing is wrong with it.
    if (header.startsWith(start)) return header.slice(start.length);
  }
  if (size === 0) return '';
  const end = await textFrom(files, path, Math.max(0, size - END_BYTES), size);
  return format === 'csv' ? csvLead(files, path, end) : end.endsWith('\n') ? '' : '\n';
}

/** A CSV line may be torn inside quotes, where a line break would be part of the value: they are closed first. */
async function csvLead(files: Files, path: string, end: string): Promise<string> {
  if (CSV_END.test(end)) return '';
  if (await isInsideQuotes(files, path)) return '"\n';
  return end.endsWith('\n') ? '' : '\n';
}

/** Reads the whole file, which only a torn one needs: no shorter look can tell what a quote at its end means. */
async function isInsideQuotes(files: Files, path: string): Promise<boolean> {
  let inside = false;
  for await (const chunk of files.read(path, 0)) {
    for (const byte of chunk) if (byte === QUOTE) inside = !inside;
  }
  return inside;
}

async function textFrom(files: Files, path: string, from: number, size: number): Promise<string> {
  if (size === 0) return '';
  const chunks: Uint8Array[] = [];
  for await (const chunk of files.read(path, from)) chunks.push(chunk);
  return Buffer.concat(chunks).toString('latin1');
}
