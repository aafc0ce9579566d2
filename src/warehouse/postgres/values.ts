/** PostgreSQL's values -> exact text: the driver's own parsers round integers and microseconds. */
const BOOLEAN = 16;

/** For the driver's `types`: text as the server wrote it, booleans spelled out. */
export const exactText = {
  getTypeParser(type: number): (text: string) => string {
    return type === BOOLEAN ? spelled : itself;
  },
};

function spelled(text: string): string {
  return text === 't' ? 'true' : 'false';
}

function itself(text: string): string {
  return text;
}
