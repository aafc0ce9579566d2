import { tellOfEvents } from '../../../destinations/events-story.ts';
import { openMailchimp, openMailchimpEvents } from '../../../destinations/mailchimp.ts';
import { tellStory } from '../../../destinations/story.ts';

tellStory('mailchimp', () => openMailchimp());
tellStory('mailchimp that makes contacts', () => openMailchimp({ statusIfNew: 'pending' }));
tellOfEvents('mailchimp', () => openMailchimpEvents());
