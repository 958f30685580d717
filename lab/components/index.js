/** All components, by name. Each has `mount(root, { store, language, first, share })`, which returns its end. */

import * as adam from "./adam.js";
import * as average from "./average.js";
import * as map from "./map.js";
import * as race from "./race.js";
import * as schedule from "./schedule.js";
import * as stability from "./stability.js";

export const components = { adam, average, map, race, schedule, stability };
