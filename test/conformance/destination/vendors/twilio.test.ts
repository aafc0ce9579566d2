import { tellOfEvents } from '../../../destinations/events-story.ts';
import { openTwilio } from '../../../destinations/twilio.ts';

tellOfEvents('twilio', openTwilio);
