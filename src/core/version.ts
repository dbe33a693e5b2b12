declare const __LOGSCOPE_VERSION__: string | undefined;

/** Version of the package. The bundler puts it in; "0.0.0" when run from source. */
export const version: string = typeof __LOGSCOPE_VERSION__ === 'string' ? __LOGSCOPE_VERSION__ : '0.0.0';
