import { tellOfEvents } from '../../../destinations/events-story.ts';
import { openOnesignal, openOnesignalEvents } from '../../../destinations/onesignal.ts';
import { tellStory } from '../../../destinations/story.ts';

tellStory('onesignal', openOnesignal);
tellOfEvents('onesignal', openOnesignalEvents);
