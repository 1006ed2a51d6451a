namespace TextOps.Kubernetes.Tests.Rest.Configuration;

public sealed class FileCredentialsTests : IDisposable
{
    private readonly ConfigurationFolder folder = new();
    private readonly TestCertificates certificates = new();

    [Fact]
    public async Task A_token_file_is_read_again_after_ten_seconds_and_not_before()
    {
        folder.Write("token", "one");
        var credentials = folder.User("tokenFile: token");
        var first = await credentials.AskAsync();
        folder.Write("token", "two");

        folder.Time.Advance(TimeSpan.FromSeconds(9.9));
        Assert.Same(first, await credentials.AskAsync());

        folder.Time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal("two", await credentials.TokenAsync());
    }

    [Fact]
    public async Task A_refused_token_is_read_again_at_once()
    {
        folder.Write("token", "one");
        var credentials = folder.User("tokenFile: token");
        var first = await credentials.AskAsync();
        Assert.Same(first, await credentials.AskAsync(refused: first));

        folder.Write("token", "two");
        var second = await credentials.AskAsync(refused: first);
        Assert.Equal("two", second.Authorization?.Parameter);

        folder.Write("token", "three");
        Assert.Same(second, await credentials.AskAsync(refused: first));
    }

    [Fact]
    public async Task A_token_that_is_gone_for_a_moment_stays_until_it_is_refused()
    {
        var path = folder.Write("token", "one");
        var credentials = folder.User("tokenFile: token");
        var first = await credentials.AskAsync();
        File.Delete(path);
        folder.Time.Advance(TimeSpan.FromMinutes(1));

        Assert.Same(first, await credentials.AskAsync());
        Assert.Contains($"the token file {path} cannot be read", await credentials.RefuseAsync(first), StringComparison.Ordinal);

        folder.Write("token", "two");
        Assert.Equal("two", await credentials.TokenAsync(first));
    }

    [Theory]
    [InlineData(null, "cannot be read")]
    [InlineData("", "is empty")]
    [InlineData(" \n", "is empty")]
    [InlineData("two words", "holds spaces, line breaks")]
    public async Task A_token_file_without_a_token_is_refused(string? content, string message)
    {
        if (content is not null)
        {
            folder.Write("token", content);
        }

        Assert.Contains($"the token file {folder.File("token")} {message}", await folder.User("tokenFile: token").RefuseAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_file_that_is_no_such_thing_is_refused()
    {
        folder.Write("token", new string('x', (1 << 20) + 1));

        Assert.Contains("has more than 1048576 bytes", await folder.User("tokenFile: token").RefuseAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Certificate_files_are_read_again_when_both_have_been_replaced()
    {
        Issue("old", out var newCertificate, out var newKey);
        var credentials = folder.User("client-certificate: client.crt, client-key: client.key");
        var first = await credentials.AskAsync();
        Assert.Equal("CN=old", first.ClientCertificate?.Subject);

        // Half replaced: the certificate and the key do not belong together.
        folder.Write("client.crt", newCertificate);
        folder.Time.Advance(TimeSpan.FromSeconds(10));
        Assert.Same(first, await credentials.AskAsync());

        folder.Write("client.key", newKey);
        folder.Time.Advance(TimeSpan.FromSeconds(10));
        var second = await credentials.AskAsync();
        Assert.Equal("CN=new", second.ClientCertificate?.Subject);

        folder.Time.Advance(TimeSpan.FromSeconds(10));
        Assert.Same(second, await credentials.AskAsync());
    }

    [Fact]
    public async Task A_certificate_in_a_file_may_have_its_key_in_the_kubeconfig()
    {
        var (certificate, key) = certificates.Issue("mixed");
        folder.Write("client.crt", certificate);

        var credential = await folder.User($"client-certificate: client.crt, client-key-data: {ConfigurationFolder.Base64(key)}").AskAsync();

        Assert.Equal("CN=mixed", credential.ClientCertificate?.Subject);
    }

    [Fact]
    public async Task Certificate_files_that_cannot_be_used_are_named()
    {
        Issue("good", out var otherCertificate, out _);
        var credentials = folder.User("client-certificate: client.crt, client-key: client.key");
        var expected = $"the client certificate ({folder.File("client.crt")}) and its key ({folder.File("client.key")}) cannot be loaded: ";

        folder.Write("client.crt", otherCertificate);
        Assert.StartsWith(expected + "the client certificate and its key cannot be used", await credentials.RefuseAsync(), StringComparison.Ordinal);

        folder.Write("client.key", "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----");
        Assert.StartsWith(expected + "the client key is encrypted; decrypt it", await credentials.RefuseAsync(), StringComparison.Ordinal);

        File.Delete(folder.File("client.key"));
        Assert.StartsWith(expected + "Could not find file", await credentials.RefuseAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_token_is_renewed_beside_a_certificate()
    {
        Issue("alice", out _, out _);
        folder.Write("token", "one");
        var credentials = folder.User("tokenFile: token, client-certificate: client.crt, client-key: client.key");
        var first = await credentials.AskAsync();
        Assert.Same(first, await credentials.AskAsync());

        folder.Write("token", "two");
        var second = await credentials.AskAsync(refused: first);

        Assert.Equal("two", second.Authorization?.Parameter);
        Assert.Same(first.ClientCertificate, second.ClientCertificate);
    }

    public void Dispose()
    {
        certificates.Dispose();
        folder.Dispose();
    }

    // Writes client.crt and client.key for the first name, and gives another pair.
    private void Issue(string name, out string nextCertificate, out string nextKey)
    {
        var (certificate, key) = certificates.Issue(name);
        folder.Write("client.crt", certificate);
        folder.Write("client.key", key);
        (nextCertificate, nextKey) = certificates.Issue("new");
    }
}
