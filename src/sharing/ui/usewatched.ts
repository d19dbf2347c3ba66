import * as React from 'react';

import type { Watched, WatchedState } from '../watched';

/** A model, made once, that looks at the server as long as it is shown, and is drawn as it changes. */
export function useWatched<Model extends Watched<WatchedState>>(make: () => Model): Model {
  const [model] = React.useState(make);
  const [, draw] = React.useState(model.state);
  // It looks, and is drawn, before anybody can press something.
  React.useLayoutEffect(() => {
    const onChanged = () => draw(model.state);
    model.changed.connect(onChanged);
    model.start();
    return () => {
      model.stop();
      model.changed.disconnect(onChanged);
    };
  }, [model]);
  return model;
}
