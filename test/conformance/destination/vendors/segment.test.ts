import { tellOfEvents } from '../../../destinations/events-story.ts';
import { openSegment, openSegmentEvents } from '../../../destinations/segment.ts';
import { tellStory } from '../../../destinations/story.ts';

tellStory('segment', () => openSegment());
tellStory('segment, of groups', () => openSegment('group'));
tellOfEvents('segment', () => openSegmentEvents());
tellOfEvents('segment, of groups', () => openSegmentEvents('group'));
