import { openSendgrid } from '../../../destinations/sendgrid.ts';
import { tellStory } from '../../../destinations/story.ts';

tellStory('sendgrid', openSendgrid);
tellStory('sendgrid, by external ids', () => openSendgrid({ type: 'external_id' }));
