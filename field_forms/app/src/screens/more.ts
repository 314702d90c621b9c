// Screens that the first hour does not need: fetched after those it does.
export { Asked } from './Asked.tsx';
export { Clear } from './Clear.tsx';
export { Phone } from './Phone.tsx';
export { Plate } from './Plate.tsx';
export { Language, Privacy } from './Settings.tsx';
export { Who } from './Who.tsx';
