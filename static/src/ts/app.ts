// The script of every page. Pages work without it; it only makes them quicker to use.
import "@tabler/core/dist/css/tabler.min.css";
import "../css/app.css";
import "htmx.org";
