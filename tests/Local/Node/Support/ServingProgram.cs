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
        #!/usr/bin/env node
        const fs = require('fs'), http = require('http'), path = require('path');

        const [version, flags, drain, ...options] = process.argv.slice(2);
        if (options.includes('crash')) {
          fs.writeFileSync(options[options.indexOf('crash') + 1], 'it cannot be loaded');
          process.exit(2);
        }
        let draining = false;
        const flag = (name) => fs.existsSync(path.join(flags, `${name}-${version}`));
        process.on('SIGTERM', () => {
          if (!options.includes('ignore-term')) {
            draining = true;
            setTimeout(() => process.exit(0), Number(drain) * 1000);
          }
        });

        const server = http.createServer((request, response) => {
          const bad = (request.url === '/healthz' && flag('dead')) || (request.url === '/readyz' && (draining || flag('unready')));
          if (draining) response.setHeader('Connection', 'close');
          response.writeHead(bad ? 503 : 200, { 'Content-Length': Buffer.byteLength(version) });
          response.end(version);
        });
        server.keepAliveTimeout = 0;
        setTimeout(() => server.listen({ port: 8080, host: process.env.POD_IP, backlog: 256 }, () => console.log('serving', version)), options.includes('late') ? 2500 : 0);
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
