export * from '@echodepth/sdk';
export { default } from '@echodepth/sdk';
