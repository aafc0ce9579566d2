import { openSegment } from '../../../destinations/segment.ts';
import { tellStory } from '../../../destinations/story.ts';

tellStory('segment', openSegment);
