/** How directives look in the languages that several servers share. */

/** Python's "%(name)s", with flags, width and precision. */
export const percentParen = /%(%)|%\((\{[^}]*\}[a-z]|[^)]*)\)[-#0 +]*\d*(?:\.\d+)?[a-zA-Z]/;

/** Apache's "%h", "%>s", "%{name}i", "%!200{name}i", "%^FB". */
export const percentLetter = /%(?:(%)|[<>]?(?:!?\d+(?:,\d+)*)?((?:\{[^}]*\})?(?:\^[A-Z]{2}|[A-Za-z]))|[<>])/;

/** nginx's "$name" and "${name}". */
export const dollar = /\$(?:\{(\w+)\}|(\w+))/;
