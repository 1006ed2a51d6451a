using TextOps.Crds.Core;
using TextOps.Kubernetes.Core;

namespace TextOps.Local.Tests.Node.Support;

/// <summary>
/// A small HTTP server that a node runs in the place of the runner: <c>/</c> answers with its version, <c>/healthz</c> and <c>/readyz</c> as files in its folder say. Told to end,
/// it drains as the runner does: not ready at once, serving on, then the end.
/// </summary>
internal static class ServingProgram
{
    /// <summary>Arguments: version, folder of flags, seconds to drain, and <c>crash</c>, <c>ignore-term</c> or <c>late</c>.</summary>
    public const string Text = """
        #!/usr/bin/env python3
        import os, signal, sys, threading, time
        from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

        version, flags, drain, options = sys.argv[1], sys.argv[2], float(sys.argv[3]), sys.argv[4:]
        if 'crash' in options:
            open(options[options.index('crash') + 1], 'w').write('it cannot be loaded')
            sys.exit(2)
        draining = False

        def flag(name):
            return os.path.exists(os.path.join(flags, name + '-' + version))

        def end():
            time.sleep(drain)
            os._exit(0)

        def terminate(*_):
            global draining
            if 'ignore-term' not in options:
                draining = True
                threading.Thread(target=end).start()

        signal.signal(signal.SIGTERM, terminate)

        class Handler(BaseHTTPRequestHandler):
            protocol_version = 'HTTP/1.1'
            disable_nagle_algorithm = True
            wbufsize = 65536

            def do_GET(self):
                bad = self.path == '/healthz' and flag('dead') or self.path == '/readyz' and (draining or flag('unready'))
                body = version.encode()
                self.send_response(503 if bad else 200)
                self.send_header('Content-Length', str(len(body)))
                if draining:
                    self.send_header('Connection', 'close')
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        class Server(ThreadingHTTPServer):
            request_queue_size = 256

        if 'late' in options:
            time.sleep(2.5)
        print('serving', version, flush=True)
        Server((os.environ['POD_IP'], 8080), Handler).serve_forever()
        """;

    /// <summary>A container that runs it, with the probes of a served model.</summary>
    public static V1Container Container(string version, string flags, double drainSeconds, params string[] options) => new()
    {
        Name = "runner",
        Image = "any",
        Args = [version, flags, $"{drainSeconds}", .. options],
        TerminationMessagePath = "/dev/termination-log",
        Env = [new V1EnvVar { Name = "POD_IP", ValueFrom = new V1EnvVarSource { FieldRef = new V1FieldSelector { FieldPath = "status.podIP" } } }],
        Ports = [new V1ContainerPort { Name = "http", ContainerPort = 8080 }],
        StartupProbe = Probe("/healthz", 1, 60),
        ReadinessProbe = Probe("/readyz", 1, 1),
        LivenessProbe = Probe("/healthz", 1, 2),
    };

    /// <summary>A probe of it.</summary>
    public static V1Probe Probe(string path, int periodSeconds, int failureThreshold) => new()
    {
        HttpGet = new V1HttpGetAction { Path = path, Port = new IntOrString(null, "http") },
        PeriodSeconds = periodSeconds,
        FailureThreshold = failureThreshold,
        TimeoutSeconds = 5,
    };
}
