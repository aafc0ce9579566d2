import { openGoogle } from '../../../destinations/google_customer_match.ts';
import { tellStory } from '../../../destinations/story.ts';

tellStory('google_customer_match', () => openGoogle());
tellStory('google_customer_match through a manager account, by ids, with a service account', () =>
  openGoogle({ manager: true, uploadKeyType: 'USER_ID', serviceAccount: true }),
);
