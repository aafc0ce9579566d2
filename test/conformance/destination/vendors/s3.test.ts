import { openS3 } from '../../../destinations/s3.ts';
import { tellStory } from '../../../destinations/story.ts';

tellStory('s3', openS3);
tellStory('s3, compressed CSV', () => openS3('format: csv\ngzip: true\n'));
