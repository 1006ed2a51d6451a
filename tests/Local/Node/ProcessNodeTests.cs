using TextOps.Crds.Core;
using TextOps.Kubernetes.Client;
using TextOps.Kubernetes.Core;
using TextOps.Kubernetes.InMemory;

namespace TextOps.Local.Tests.Node;

public sealed class ProcessNodeTests
{
    [Fact]
    public async Task A_process_that_succeeds_completes_its_Job_with_its_termination_message()
    {
        await using var fixture = await NodeFixture.StartAsync("""echo '{"plan":1}' > "$2" """);

        await fixture.CreateJobAsync("job", "plan", "/dev/termination-log");

        await fixture.JobAsync("job", "Complete");
        var pod = await fixture.PodAsync("job", pod => pod.Status?.Phase == "Succeeded");
        var terminated = pod.Status!.ContainerStatuses![0].State!.Terminated!;
        Assert.Equal((0, "Completed", "{\"plan\":1}\n"), (terminated.ExitCode, terminated.Reason, terminated.Message));
    }

    [Theory]
    [InlineData("exit 2", 2)]
    [InlineData("exit 3", 3)]
    [InlineData("kill -9 $$", 137)]
    [InlineData("kill -TERM $$", 143)]
    public async Task A_process_that_fails_fails_its_Job_with_its_exit_code(string script, int exitCode)
    {
        await using var fixture = await NodeFixture.StartAsync(script);

        await fixture.CreateJobAsync("job");

        await fixture.JobAsync("job", "Failed");
        var pod = await fixture.PodAsync("job", pod => pod.Status?.Phase == "Failed");
        Assert.Equal(exitCode, pod.Status!.ContainerStatuses![0].State!.Terminated!.ExitCode);
    }

    [Fact]
    public async Task Volumes_and_mount_paths_are_where_the_arguments_say()
    {
        await using var fixture = await NodeFixture.StartAsync("""cat "$1" > "$2"; echo " $3" >> "$2" """);

        await fixture.CreateJobAsync("job", "/etc/textops/task.json", "/dev/termination-log", "/etc/textops-other/x");

        var pod = await fixture.PodAsync("job", pod => pod.Status?.Phase == "Succeeded");
        Assert.Equal("the task /etc/textops-other/x\n", pod.Status!.ContainerStatuses![0].State!.Terminated!.Message);
    }

    [Fact]
    public async Task A_termination_message_ends_at_4096_bytes()
    {
        await using var fixture = await NodeFixture.StartAsync("""head -c 5000 /dev/zero | tr '\0' x > "$1" """);

        await fixture.CreateJobAsync("job", "/dev/termination-log");

        var pod = await fixture.PodAsync("job", pod => pod.Status?.Phase == "Succeeded");
        Assert.Equal(4096, pod.Status!.ContainerStatuses![0].State!.Terminated!.Message!.Length);
    }

    [Fact]
    public async Task The_pod_address_is_a_loopback_address_of_its_own_and_reaches_the_process()
    {
        await using var fixture = await NodeFixture.StartAsync("""echo -n "$POD_IP" > "$1"; sleep 30""");

        await fixture.CreateJobAsync("job", container => container with
        {
            Args = ["/dev/termination-log"],
            Env = [new V1EnvVar { Name = "POD_IP", ValueFrom = new V1EnvVarSource { FieldRef = new V1FieldSelector { FieldPath = "status.podIP" } } }],
        });

        var pod = await fixture.PodAsync("job", pod => pod.Status?.Phase == "Running");
        Assert.Matches(@"^127\.(6[4-9]|[789]\d|1[0-8]\d|19[01])\.\d+\.\d+$", pod.Status!.PodIP);
    }

    [Fact]
    public async Task A_secret_that_local_mode_does_not_have_is_a_configuration_error_that_says_what_to_export()
    {
        await using var fixture = await NodeFixture.StartAsync("exit 0");

        await fixture.CreateJobAsync("job", container => container with
        {
            Env = [new V1EnvVar { Name = "TEXTOPS_TEST_TOKEN", ValueFrom = new V1EnvVarSource { SecretKeyRef = new V1KeySelector { Name = "s", Key = "k" } } }],
        });

        var pod = await fixture.PodAsync("job", pod => pod.Status?.ContainerStatuses?[0].State?.Waiting is not null);
        var waiting = pod.Status!.ContainerStatuses![0].State!.Waiting!;
        Assert.Equal("CreateContainerConfigError", waiting.Reason);
        Assert.Contains("export TEXTOPS_TEST_TOKEN", waiting.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Deleting_a_Job_asks_its_process_to_end_and_waits_for_it()
    {
        await using var fixture = await NodeFixture.StartAsync("""trap 'echo stopped >> "$1"; exit 143' TERM; echo started >> "$1"; while true; do sleep 0.05; done""");
        await fixture.CreateJobAsync("job", fixture.File1);
        await NodeFixture.WaitAsync(() => Task.FromResult<string?>(File.Exists(fixture.File1) ? File.ReadAllText(fixture.File1) : null), text => text.Contains("started", StringComparison.Ordinal));

        await fixture.Cluster.DeleteAsync<V1Job>("job", "default", null, CancellationToken.None);

        await NodeFixture.WaitAsync(async () => (await fixture.Cluster.ListAsync<V1Pod>("default", null, CancellationToken.None)).Items, pods => pods.Count == 0);
        Assert.Equal("started\nstopped\n", await File.ReadAllTextAsync(fixture.File1, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_process_that_does_not_listen_is_killed_when_its_grace_is_over()
    {
        await using var fixture = await NodeFixture.StartAsync("""trap '' TERM; echo $$ > "$1"; while true; do sleep 0.05; done""");
        await fixture.CreateJobAsync("job", fixture.File1);
        var pod = await fixture.PodAsync("job", pod => pod.Status?.Phase == "Running" && File.Exists(fixture.File1) && File.ReadAllText(fixture.File1).Length > 0);

        await fixture.Cluster.DeleteAsync<V1Pod>(pod.Metadata.Name!, "default", new DeleteOptions { GracePeriodSeconds = 1 }, CancellationToken.None);

        await fixture.JobAsync("job", "Failed");
        var pid = (await File.ReadAllTextAsync(fixture.File1, TestContext.Current.CancellationToken)).Trim();
        Assert.False(Directory.Exists($"/proc/{pid}"), $"process {pid} still runs");
    }

    [Fact]
    public async Task A_pod_of_a_node_that_was_switched_off_is_lost_when_the_node_is_back()
    {
        await using var cluster = new InMemoryCluster();
        await using (var before = await NodeFixture.StartAsync("sleep 60", cluster))
        {
            await before.CreateJobAsync("job");
            await before.PodAsync("job", pod => pod.Status?.Phase == "Running");
        }

        await using var after = await NodeFixture.StartAsync("exit 0", cluster);

        var pod = await after.PodAsync("job", pod => pod.Status?.Phase == "Failed");
        Assert.Equal("NodeLost", pod.Status!.Reason);
        await after.JobAsync("job", "Failed");
    }

    [Fact]
    public async Task Standard_input_stays_open_while_the_node_lives_and_closes_with_it()
    {
        string file;
        using var folder = new TextOps.Tests.TemporaryFolder();
        await using (var fixture = await NodeFixture.StartAsync("""trap '' TERM; echo "leash $TEXTOPS_EXIT_ON_STDIN_EOF" > "$1"; read; echo eof >> "$1" """))
        {
            file = folder.File("out");
            await fixture.CreateJobAsync("job", file);
            await NodeFixture.WaitAsync(() => Task.FromResult<string?>(File.Exists(file) ? File.ReadAllText(file) : null), text => text.Length > 0);
        }

        Assert.Equal("leash 1\n", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
    }
}
