/**
 * Loads the module that a thread of the pool runs. piscina would load it with `require`, and Node 20 ends the whole process
 * (`v8::Module::IsGraphAsync must be used on an instantiated module`) when a thread is ended while `require` is at an ES
 * module: a worker that is stopped soon after its start, a mail that is cancelled while another thread begins. With `import`
 * it ends only the thread. piscina waits for the promise before it calls the thread ready.
 */
import threads = require('node:worker_threads');

exports.extractGroup = import(threads.workerData).then(({ extractGroup }) => extractGroup);
