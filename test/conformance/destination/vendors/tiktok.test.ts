import { tellStory } from '../../../destinations/story.ts';
import { openTiktok } from '../../../destinations/tiktok.ts';

tellStory('tiktok', openTiktok);
