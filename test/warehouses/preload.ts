/** `node --import` of this, compiled: the program then gets, for an adapter that has a double, the paired one. */
import { register } from 'node:module';

register(new URL('./preload-hooks.js', import.meta.url));
