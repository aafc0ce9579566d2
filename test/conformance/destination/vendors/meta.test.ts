import { openMeta } from '../../../destinations/meta.ts';
import { tellStory } from '../../../destinations/story.ts';

tellStory('meta', () => openMeta());
tellStory('meta with the proof of its app', () => openMeta({ secret: true }));
