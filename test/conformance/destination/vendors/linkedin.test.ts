import { openLinkedin } from '../../../destinations/linkedin.ts';
import { tellStory } from '../../../destinations/story.ts';

tellStory('linkedin', openLinkedin);
