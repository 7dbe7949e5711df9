/** A complaint that ends the start, as it is to be printed. */
export class HttpdConfigError extends Error {}

/** What a command says of its own arguments; whoever walks the tree adds the place. */
export class DirectiveError extends Error {}
