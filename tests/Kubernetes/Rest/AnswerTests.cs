using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using TextOps.Crds.Meta;
using TextOps.Kubernetes.Client;
using TextOps.Kubernetes.Core;
using TextOps.Kubernetes.Rest;
using TextOps.Kubernetes.Rest.Configuration;
using TextOps.Kubernetes.Tests.Rest.Faults;
using TextOps.Kubernetes.Tests.Rest.Support;
using TextOps.Kubernetes.Tests.Support;

namespace TextOps.Kubernetes.Tests.Rest;

/// <summary>What is asked, and what becomes of the answers.</summary>
public sealed class AnswerTests : ScriptedServer
{
    private const string Token = "a-secret-token";

    public static TheoryData<KubernetesPatch, string, string> Patches => new()
    {
        { new KubernetesPatch.Merge(new JsonObject { ["a"] = null }), "application/merge-patch+json", """{"a":null}""" },
        { new KubernetesPatch.Json([new JsonObject { ["op"] = "remove", ["path"] = "/a" }]), "application/json-patch+json", """[{"op":"remove","path":"/a"}]""" },
        { new KubernetesPatch.StrategicMerge(new JsonObject { ["a"] = 1 }), "application/strategic-merge-patch+json", """{"a":1}""" },
        { new KubernetesPatch.Apply(new JsonObject { ["a"] = 1 }, "me", Force: true), "application/apply-patch+yaml", """{"a":1}""" },
    };

    [Theory]
    [Trait("pitfall", "kubernetes-client/csharp#971")]
    [MemberData(nameof(Patches))]
    public async Task Each_form_of_patch_has_its_media_type(KubernetesPatch patch, string mediaType, string body)
    {
        Server.Next(Spoil.Answer(200, ConfigMap));
        Server.Next(Spoil.Answer(201, ConfigMap));
        var client = NewClient(new RestClientOptions { FieldValidation = "Strict" });
        await client.PatchAsync<V1ConfigMap>("a", "n", patch, Ct);

        // An apply that creates says 201.
        await client.PatchStatusAsync<V1ConfigMap>("a", "n", patch, Ct);
        Assert.Equal(["/api/v1/namespaces/n/configmaps/a", "/api/v1/namespaces/n/configmaps/a/status"], Server.Seen.Select(request => request.Path));
        Assert.All(Server.Seen, request =>
        {
            Assert.Equal(("PATCH", mediaType, body), (request.Method, request.MediaType, request.Body));
            Assert.Equal(patch is KubernetesPatch.Apply ? "me" : "textops-operator", request["fieldManager"]);
            Assert.Equal(patch is KubernetesPatch.Apply ? "true" : "", request["force"]);
            Assert.Equal("Strict", request["fieldValidation"]);
        });
    }

    [Fact]
    public async Task A_delete_says_all_that_was_asked()
    {
        Server.Next(Spoil.Answer(200, "{}"));
        Server.Next(Spoil.Answer(202, ConfigMap));
        await Client.DeleteAsync<V1Job>("a", "n", null, Ct);
        await Client.DeleteAsync<V1Job>(
            "a", "n", new DeleteOptions { GracePeriodSeconds = 0, Uid = "u", ResourceVersion = "5", PropagationPolicy = PropagationPolicy.Foreground }, Ct);
        Assert.Equal(
            [
                """{"apiVersion":"v1","kind":"DeleteOptions","propagationPolicy":"Background"}""",
                """{"apiVersion":"v1","kind":"DeleteOptions","propagationPolicy":"Foreground","gracePeriodSeconds":0,"preconditions":{"uid":"u","resourceVersion":"5"}}""",
            ],
            Server.Seen.Select(request => request.Body));
        Assert.All(Server.Seen, request => Assert.Equal("DELETE /apis/batch/v1/namespaces/n/jobs/a", $"{request.Method} {request.Path}"));
    }

    [Fact]
    public async Task A_server_may_lie_below_a_path()
    {
        Server.Next(Spoil.Answer(200, ConfigMap));
        var client = NewClient(configuration: new ClusterConfiguration { Server = new Uri(Server.Address, "/k8s/clusters/c-1/") });
        await client.GetAsync<V1ConfigMap>("a", "n", Ct);
        Assert.Equal("/k8s/clusters/c-1/api/v1/namespaces/n/configmaps/a", Server.Seen.Single().Path);
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("a/status")]
    [InlineData("%2e%2e")]
    public async Task A_name_never_leads_to_another_path(string name)
    {
        Assert.Equal(400, (await Assert.ThrowsAsync<KubernetesException>(() => Client.GetAsync<V1ConfigMap>(name, "n", Ct))).Code);
        Assert.Equal(400, (await Assert.ThrowsAsync<KubernetesException>(() => Client.DeleteAsync<V1ConfigMap>(name, "n", null, Ct))).Code);
        if (name.Length > 0)
        {
            Assert.Equal(400, (await Assert.ThrowsAsync<KubernetesException>(() => Client.ListAsync<V1ConfigMap>(name, null, Ct))).Code);
        }
    }

    [Fact]
    public async Task Not_found_means_the_object_only_where_the_server_says_so()
    {
        Server.Next(Spoil.Answer(404, Spoil.Status(404, "NotFound", "configmaps \"a\" not found", name: "a")));
        Server.Next(Spoil.Answer(404, Spoil.Status(404, "NotFound", "configmaps \"a\" not found", name: "a")));
        Assert.Null(await Client.GetAsync<V1ConfigMap>("a", "n", Ct));
        await Client.DeleteAsync<V1ConfigMap>("a", "n", null, Ct);

        // The kind is not served, a proxy knows no such path: that nothing is there is not known.
        foreach (var answer in (Fault[])[Spoil.Refuse(404, "NotFound", "the server could not find the requested resource"), Spoil.Answer(404, "404 page not found", "text/plain")])
        {
            Server.Next(answer);
            Server.Next(answer);
            Assert.True((await Assert.ThrowsAsync<KubernetesException>(() => Client.GetAsync<V1ConfigMap>("a", "n", Ct))).IsNotFound);
            Assert.True((await Assert.ThrowsAsync<KubernetesException>(() => Client.DeleteAsync<V1ConfigMap>("a", "n", null, Ct))).IsNotFound);
        }
    }

    [Fact]
    public async Task The_page_of_a_proxy_becomes_one_line_that_says_what_was_asked()
    {
        Server.Next(Spoil.Answer(403, $"<html>\r\n\u001b[31mForbidden\u001b[0m {new string('x', 500)}</html>", "text/html"));
        var refusal = await Assert.ThrowsAsync<KubernetesException>(() => Client.GetAsync<V1ConfigMap>("a", "n", Ct));
        Assert.Equal((403, "Forbidden"), (refusal.Code, refusal.Reason));
        Assert.StartsWith(
            "GET /api/v1/namespaces/n/configmaps/a: 403 Forbidden, with what is no Status of an API server: <html> [31mForbidden [0m xxx", refusal.Message, StringComparison.Ordinal);
        Assert.EndsWith("x…", refusal.Message, StringComparison.Ordinal);
        Assert.True(refusal.Message.Length < 320, refusal.Message);
    }

    [Fact]
    public async Task A_refusal_without_a_word_still_says_what_was_asked()
    {
        Server.Next(Spoil.Answer(418, ""));
        var refusal = await Assert.ThrowsAsync<KubernetesException>(() => Client.GetAsync<V1ConfigMap>("a", "n", Ct));
        Assert.Equal("GET /api/v1/namespaces/n/configmaps/a: 418 418, with nothing", refusal.Message);
    }

    [Theory]
    [InlineData("{}", "an empty object")]
    [InlineData("""{"kind":"Status","status":"Success"}""", "a Status")]
    [InlineData("<html>Log in</html>", "a page")]
    [InlineData("", "nothing")]
    public async Task What_is_no_list_does_not_pass_for_an_empty_one(string body, string because)
    {
        Server.Next(Spoil.Answer(200, body));
        var problem = await Assert.ThrowsAsync<InvalidDataException>(() => Client.ListAsync<V1ConfigMap>("n", null, Ct));
        Assert.True(problem.Message.StartsWith("GET /api/v1/namespaces/n/configmaps: ", StringComparison.Ordinal), $"{because}: {problem.Message}");
    }

    [Fact]
    public async Task An_answer_beyond_the_limit_is_refused_and_not_asked_for_again()
    {
        Server.Next(Spoil.Answer(200, new string(' ', 2000) + ConfigMap));
        var client = NewClient(new RestClientOptions { MaxAnswerBytes = 1000 });
        var problem = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync<V1ConfigMap>("a", "n", Ct));
        Assert.Contains("the answer is too large", problem.Message, StringComparison.Ordinal);
        Assert.Single(Server.Seen);
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        Server.Next(Spoil.Answer(302, "", headers: ("Location", "http://169.254.169.254/")));
        Assert.Equal(302, (await Assert.ThrowsAsync<KubernetesException>(() => Client.GetAsync<V1ConfigMap>("a", "n", Ct))).Code);
        Assert.Single(Server.Seen);
    }

    [Fact]
    public async Task What_the_server_warns_of_is_logged_once()
    {
        for (var i = 0; i < 2; i++)
        {
            Server.Next(Spoil.Answer(200, ConfigMap, headers: ("Warning", $"299 - \"v1 is \\\"old\\\"\", 299 - \"{new string('y', 1000)}\"")));
            await Client.GetAsync<V1ConfigMap>("a", "n", Ct);
        }

        Assert.Equal(1, Logs.Count(LogLevel.Information, "The API server warns about GET /api/v1/namespaces/n/configmaps/a: v1 is \"old\""));
        Assert.Equal(2, Logs.Count(LogLevel.Information));
        Assert.Equal(1, Logs.Count(LogLevel.Information, $"{new string('y', 253)}…"));
    }

    [Fact]
    public async Task An_expired_token_is_renewed_once()
    {
        var source = new RotatingToken();
        var client = NewClient(configuration: Server.Configuration with { Credentials = source });
        Server.Next(Spoil.Refuse(401, "Unauthorized", "Unauthorized"));
        Server.Next(Spoil.Answer(201, ConfigMap));
        await client.CreateAsync(new V1ConfigMap { Metadata = new V1ObjectMeta { Name = "a", Namespace = "n" } }, Ct);
        Assert.Equal([$"Bearer {Token}-1", $"Bearer {Token}-2"], Server.Seen.Select(request => request.Authorization));

        // The next one is not taken either.
        Server.Next(Spoil.Refuse(401, "Unauthorized", "Unauthorized"));
        Server.Next(Spoil.Refuse(401, "Unauthorized", "Unauthorized"));
        var refusal = await Assert.ThrowsAsync<KubernetesException>(() => client.GetAsync<V1ConfigMap>("a", "n", Ct));
        Assert.Equal(401, refusal.Code);
        Assert.Equal(4, Server.Seen.Count);
        Assert.Equal(
            "GET /api/v1/namespaces/n/configmaps/a: Unauthorized: the API server does not take the credentials; check the user of the kubeconfig or the service account's token",
            refusal.Message);
    }

    [Fact]
    public async Task A_credential_that_cannot_be_renewed_is_not_shown_twice()
    {
        Server.Next(Spoil.Refuse(401, "Unauthorized", "Unauthorized"));
        Assert.Equal(401, (await Assert.ThrowsAsync<KubernetesException>(() => Client.GetAsync<V1ConfigMap>("a", "n", Ct))).Code);
        Assert.Single(Server.Seen);
    }

    [Fact]
    public async Task No_token_is_in_a_message_or_a_log()
    {
        var client = NewClient(configuration: Server.Configuration with { Credentials = new RotatingToken() });
        Server.Next(Spoil.Answer(502, $"you sent Authorization: Bearer {Token}-1", "text/plain"));
        Server.Next(Spoil.LoseRequest);
        Server.Next(Spoil.Answer(403, $"you sent Authorization: Bearer {Token}-1", "text/plain"));
        var call = client.GetAsync<V1ConfigMap>("a", "n", Ct);
        await RetryAsync(1, 1);
        await RetryAsync(2, 1);
        var refusal = await Assert.ThrowsAsync<KubernetesException>(() => Eventually.ComesAsync(call));
        Assert.Contains("you sent Authorization: Bearer (secret)", refusal.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(Token, refusal.ToString(), StringComparison.Ordinal);
        Assert.Equal(0, Logs.Count(LogLevel.Debug, Token));
        Assert.Equal(2, Logs.Count(LogLevel.Debug));
    }

    [Fact]
    public void Settings_that_cannot_work_are_refused_by_name()
    {
        Assert.StartsWith(
            "RestClientOptions.CallsPerSecond (0) must be more than 0",
            Assert.Throws<ArgumentException>(() => NewClient(new RestClientOptions { CallsPerSecond = 0 })).Message,
            StringComparison.Ordinal);
        Assert.StartsWith(
            "RestClientOptions.WatchIdleTimeout (-1) must be more than 0",
            Assert.Throws<ArgumentException>(() => NewClient(new RestClientOptions { WatchIdleTimeout = TimeSpan.FromSeconds(-1) })).Message,
            StringComparison.Ordinal);
    }

    /// <summary>Another token whenever one is refused.</summary>
    private sealed class RotatingToken : ICredentialSource
    {
        private int number = 1;

        public ValueTask<ClusterCredential> GetAsync(ClusterCredential? refused, CancellationToken cancellationToken)
        {
            if (refused is not null)
            {
                number++;
            }

            return ValueTask.FromResult(new ClusterCredential(new AuthenticationHeaderValue("Bearer", $"{Token}-{number}"), null));
        }
    }
}
