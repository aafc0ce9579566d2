import { openSalesforce } from '../../../destinations/salesforce.ts';
import { tellStory } from '../../../destinations/story.ts';

tellStory('salesforce', openSalesforce);
