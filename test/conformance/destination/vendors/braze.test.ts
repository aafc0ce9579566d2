import { openBraze } from '../../../destinations/braze.ts';
import { tellStory } from '../../../destinations/story.ts';

tellStory('braze', openBraze);
