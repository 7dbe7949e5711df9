/** Exceptions of the library with their parents. The Java SE API, "Exception hierarchy". */
const EXCEPTIONS: readonly (readonly [parent: string, names: string])[] = [
  ['Throwable', 'Exception Error'],
  ['Exception', 'RuntimeException IOException InterruptedException CloneNotSupportedException TimeoutException'],
  [
    'RuntimeException',
    'IllegalArgumentException IllegalStateException NullPointerException ArithmeticException ClassCastException IndexOutOfBoundsException UnsupportedOperationException NegativeArraySizeException ConcurrentModificationException UncheckedIOException NoSuchElementException ArrayStoreException',
  ],
  ['IllegalArgumentException', 'NumberFormatException'],
  ['IndexOutOfBoundsException', 'ArrayIndexOutOfBoundsException StringIndexOutOfBoundsException'],
  ['NoSuchElementException', 'InputMismatchException'],
  ['IOException', 'FileNotFoundException UnknownHostException SocketException BindException'],
  ['Error', 'AssertionError StackOverflowError OutOfMemoryError UnsatisfiedLinkError'],
]

const PACKAGES: Readonly<Record<string, string>> = {
  IOException: 'java.io',
  FileNotFoundException: 'java.io',
  UncheckedIOException: 'java.io',
  UnknownHostException: 'java.net',
  SocketException: 'java.net',
  BindException: 'java.net',
  ConcurrentModificationException: 'java.util',
  NoSuchElementException: 'java.util',
  InputMismatchException: 'java.util',
  TimeoutException: 'java.util.concurrent',
}

const constructors = (name: string): string =>
  `public ${name}() { super(); } public ${name}(String message) { super(message); } public ${name}(String message, Throwable cause) { super(message, cause); } public ${name}(Throwable cause) { super(cause); }`

/** Which package an exception of the library is in. */
export const packageOfException = (name: string): string => PACKAGES[name] ?? 'java.lang'

export const EXCEPTION_NAMES: readonly string[] = ['Throwable', ...EXCEPTIONS.flatMap(([, names]) => names.split(' '))]

/** Classes of the library that are Java themselves. */
export const PRELUDE = `
public class Throwable {
  private String message; private Throwable cause;
  public Throwable() {}
  public Throwable(String message) { this.message = message; }
  public Throwable(String message, Throwable cause) { this.message = message; this.cause = cause; }
  public Throwable(Throwable cause) { this.cause = cause; if (cause != null) this.message = cause.toString(); }
  public String getMessage() { return message; }
  public String getLocalizedMessage() { return getMessage(); }
  public Throwable getCause() { return cause; }
  public void printStackTrace() { System.err.println(this); if (cause != null) System.err.println("Caused by: " + cause); }
  public String toString() { String own = getLocalizedMessage(); return own == null ? getClass().getName() : getClass().getName() + ": " + own; }
}
${EXCEPTIONS.flatMap(([parent, names]) =>
  names.split(' ').map((name) => `public class ${name} extends ${parent} { ${constructors(name)} }`),
).join('\n')}
`
