import { tellOfEvents } from '../../../destinations/events-story.ts';
import { openSalesforce, openSalesforceEvents } from '../../../destinations/salesforce.ts';
import { tellStory } from '../../../destinations/story.ts';

tellStory('salesforce', openSalesforce);
tellOfEvents('salesforce', openSalesforceEvents);
