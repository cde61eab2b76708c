export { guichetHandler } from './handler';
export type { GuichetOptions } from './options';
export { GuichetPlugin } from './plugin';
export { GuichetService } from './service';
