import { nullTranslator } from '@jupyterlab/translation';
import type { ITranslator, TranslationBundle } from '@jupyterlab/translation';

/** The words of this extension in the language of the page; in English where it has none. */
export function translationOf(translator: ITranslator | null | undefined): TranslationBundle {
  return (translator ?? nullTranslator).load('jupyter_collab');
}
