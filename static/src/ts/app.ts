// The script of every page. Pages work without it; it only makes them quicker to use.
import "@tabler/core/dist/css/tabler.min.css";
import "../css/app.css";
import "htmx.org";
import { keys } from "./keys";
import { menus } from "./menus";
import { rows } from "./rows";
import { pickers } from "./picker";
import { counters } from "./counter";
import { compose } from "./compose";
import { polls } from "./poll";
import { batches } from "./batch";
import { copies } from "./copy";
import { filters } from "./filters";
import { refused } from "./refused";
import { followMachine } from "./theme";

followMachine();
keys();
menus();
rows();
pickers();
counters();
compose();
polls();
copies();
batches();
filters();
refused();
