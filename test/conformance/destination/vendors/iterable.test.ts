import { openIterable } from '../../../destinations/iterable.ts';
import { tellStory } from '../../../destinations/story.ts';

tellStory('iterable', openIterable);
