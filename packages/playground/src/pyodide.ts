/** For the application's worker entries: the foreign side of `python`. */
export { type PyodideHost, runPyodide } from '@drydock/python/pyodide'
