import { openAmplitude } from '../../../destinations/amplitude.ts';
import { tellStory } from '../../../destinations/story.ts';

tellStory('amplitude', openAmplitude);
