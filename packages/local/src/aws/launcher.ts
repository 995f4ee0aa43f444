/**
 * A Python program that serves an emulator and ends with whoever started it: the far end of its standard input closes when
 * that process is gone, however it went. It leads a process group of its own, and what the emulator started (the processes
 * of Lambda functions) ends with it.
 *
 * Called with the module whose `main()` serves, and that one's arguments.
 */
export const LAUNCHER = `
import importlib, os, signal, sys, threading, time

STOP_WITHIN_SECONDS = ${10}
parent = os.dup(0)
nothing = os.open(os.devnull, os.O_RDONLY)
os.dup2(nothing, 0)

def end_with_parent():
    while os.read(parent, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(STOP_WITHIN_SECONDS)
    os.killpg(0, signal.SIGKILL)

threading.Thread(target=end_with_parent, daemon=True).start()
sys.argv = sys.argv[1:]
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
try:
    importlib.import_module(sys.argv[0]).main()
except KeyboardInterrupt:
    pass
except BaseException as error:
    if not isinstance(error, SystemExit) or error.code:
        import traceback
        traceback.print_exc()
finally:
    sys.stdout.flush()
    sys.stderr.flush()
    os.killpg(0, signal.SIGKILL)
`;
