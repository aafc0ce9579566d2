import { openOnesignal } from '../../../destinations/onesignal.ts';
import { tellStory } from '../../../destinations/story.ts';

tellStory('onesignal', openOnesignal);
