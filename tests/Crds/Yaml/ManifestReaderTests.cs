using System.Diagnostics;
using System.Text;
using TextOps.Crds.Generator;
using TextOps.Crds.Yaml;
using TextOps.Tests;

namespace TextOps.Crds.Tests.Yaml;

public sealed class ManifestReaderTests
{
    private const string Head = "apiVersion: v1\nkind: K\n";

    public static TheoryData<string, string, string> Broken => new()
    {
        { "an empty file", "", "f.yaml: the file holds no object; write one that begins with apiVersion and kind" },
        { "only comments and markers", "# nothing\n---\n# more\n---\n", "f.yaml: the file holds no object; write one that begins with apiVersion and kind" },
        { "a list at the root", "- a\n- b\n", "f.yaml:1:1: the document is a list; expected an object that begins with apiVersion and kind" },
        { "a scalar at the root", "hello\n", "f.yaml:1:1: the document is a single value; expected an object that begins with apiVersion and kind" },
        { "no kind", "apiVersion: v1\nmetadata: {}\n", "f.yaml:1:1: kind is missing" },
        { "a kind that is a number", "apiVersion: v1\nkind: 3\n", "f.yaml:2:1: kind must be a string" },
        { "a key given twice", Head + "spec:\n  a: 1\n  b: 2\n  a: 3\n", "f.yaml:6:3: spec.a is given twice, first at line 4; remove one" },
        { "a tab as indentation", Head + "spec:\n\ta: 1\n", "f.yaml:4:1: the line is indented with a tab; indent with spaces" },
        { "a tab after spaces", Head + "spec:\n  a: 1\n \tb: 1\n", "f.yaml:5:2: the line is indented with a tab; indent with spaces" },
        { "a second colon", Head + "a: b: c\n", "f.yaml:3:5: not valid YAML: while scanning a plain scalar value, found invalid mapping" },
        { "a quote that is not closed", Head + "a: 'b\n", "f.yaml:3:4: not valid YAML: while scanning a quoted scalar, found unexpected end of stream" },
        { "a bracket that is not closed", Head + "a: [1, 2\nb: 3\n", "f.yaml:3:6: not valid YAML from here on; look for a bracket, brace or quote that is not closed" },
        { "an alias without anchor", Head + "a: *there\n", "f.yaml:3:4: a: *there names an anchor that is not above it" },
        { "an anchor inside itself", Head + "a: &a [*a]\n", "f.yaml:3:8: a[0]: *a names an anchor that is not above it" },
        { "an anchor of another document", Head + "a: &a 1\n---\n" + Head + "a: *a\n", "f.yaml:7:4: a: *a names an anchor that is not above it" },
        { "an unknown tag", Head + "a: !env HOME\n", "f.yaml:3:4: a has the tag !env, which means nothing here; leave it out" },
        { "a list as key", Head + "? [a]\n: 1\n", "f.yaml:3:3: not valid YAML: the document has a key that is not a name" },
        { "a boolean as key", Head + "spec:\n  true: 1\n", "f.yaml:4:3: spec.true: the key true is not a string to every reader; write \"true\"" },
        { "a boolean of YAML 1.1", Head + "a:\n- b: yes\n", "f.yaml:4:6: a[0].b: yes is a boolean to some readers and a string to others; write true or false, or \"yes\" for the string" },
        { "an octal number", Head + "mode: 0644\n", "f.yaml:3:7: mode: 0644 is read as different numbers by different readers; write the decimal number, or \"0644\" for the string" },
        { "a NUL in the middle", Head + "a: b\0c\n", "f.yaml:3:5: the control character U+0000 may not be in YAML; write it escaped in double quotes or remove it" },
        { "an escape code", Head + "a: \u001b[31m\n", "f.yaml:3:4: the control character U+001B may not be in YAML; write it escaped in double quotes or remove it" },
        { "half a surrogate pair", Head + "a: \"\\ud83d\"\n", "f.yaml:3:4: not valid YAML: while scanning a quoted scalar, found invalid Unicode surrogates" },
        { "the other half", Head + "a: \"\\udc00\"\n", "f.yaml:3:4: not valid YAML: while scanning a quoted scalar, found invalid Unicode surrogates" },
        { "merging a scalar", Head + "a: &a 1\nb:\n  <<: *a\n", "f.yaml:5:7: b: << merges objects only" },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public void A_broken_file_is_refused_with_place_and_fix(string what, string yaml, string error)
    {
        var reading = ManifestReader.ReadText(yaml, "f.yaml");

        Assert.True(reading.Errors.Select(found => found.ToString()).SequenceEqual([error]), $"{what}:\n{string.Join('\n', reading.Errors)}");
    }

    [Fact]
    public void All_errors_of_a_document_are_found()
    {
        var reading = ManifestReader.ReadText(Head + "a: yes\nb: 0x1\nb: 2\nc: *d\n", "f.yaml");

        Assert.Equal([3, 4, 5, 6], reading.Errors.Select(error => error.Line));
        Assert.Empty(reading.Manifests);
    }

    [Fact]
    public void A_bad_document_does_not_hide_the_others()
    {
        var reading = ManifestReader.ReadText("# first\n" + Head + "id: 1\n---\na: [\n--- # third\n" + Head + "id: 3\n---\n" + Head + "id: on\n---\n" + Head + "id: 5\n", "f.yaml");

        Assert.Equal([1, 3, 5], reading.Manifests.Select(manifest => (int)manifest.Content["id"]!));
        Assert.Equal([2, 8, 16], reading.Manifests.Select(manifest => manifest.Line));
        Assert.Equal([7, 14], reading.Errors.Select(error => error.Line));
    }

    [Fact]
    public void Directives_and_document_ends_are_understood()
    {
        var reading = ManifestReader.ReadText("%YAML 1.2\n---\n" + Head + "...\n%YAML 1.2\n---\n" + Head + "text: |\n  ---\n  more\n", "f.yaml");

        Assert.Empty(reading.Errors);
        Assert.Equal(["", "---\nmore\n"], reading.Manifests.Select(manifest => (string?)manifest.Content["text"] ?? ""));
    }

    [Fact]
    public void Json_is_read_with_places_too()
    {
        var reading = ManifestReader.ReadText("{\n\t\"apiVersion\": \"v1\",\n\t\"kind\": \"K\",\n\t\"a\":\t[1, {\"b\": \"\\ud83d\\ude00 \\/\"}]\n}\n", "f.json");

        Assert.Empty(reading.Errors);
        var manifest = Assert.Single(reading.Manifests);
        Assert.Equal("😀 /", (string?)manifest.Content["a"]![1]!["b"]);
        Assert.Equal(new ManifestPosition(4, 12), manifest.At("a[1].b"));
    }

    [Fact]
    public void Anchors_aliases_and_merge_keys_are_resolved()
    {
        var reading = ManifestReader.ReadText(Head + "base: &base {one: 1, two: [a]}\nother: &other {one: 9, three: 3}\na: *base\nb:\n  <<: [*base, *other]\n  two: own\n", "f.yaml");

        Assert.Empty(reading.Errors);
        var content = Assert.Single(reading.Manifests).Content;
        Assert.Equal("""{"one":1,"two":["a"]}""", content["a"]!.ToJsonString());
        Assert.Equal("""{"two":"own","one":1,"three":3}""", content["b"]!.ToJsonString());
    }

    [Fact]
    public void A_place_is_found_for_fields_keys_and_items_and_for_what_is_absent()
    {
        var manifest = Assert.Single(ManifestReader.ReadText(Head + "metadata:\n  annotations:\n    textops.dev/rerun: a\nspec:\n  list:\n  - x\n  - z: 1\n", "f.yaml").Manifests);

        Assert.Equal(new ManifestPosition(5, 5), manifest.At("metadata.annotations[textops.dev/rerun]"));
        Assert.Equal(new ManifestPosition(9, 5), manifest.At("spec.list[1].z"));
        Assert.Equal(new ManifestPosition(6, 1), manifest.At("spec.missing.more[3]"));
        Assert.Equal(new ManifestPosition(1, 1), manifest.At("nothing"));
    }

    [Fact]
    public void An_alias_bomb_is_refused_at_once()
    {
        var bomb = new StringBuilder(Head).Append("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (var level = 1; level <= 30; level++)
        {
            bomb.Append($"a{level}: &a{level} [{string.Join(", ", Enumerable.Repeat($"*a{level - 1}", 10))}]\n");
        }

        var error = Assert.Single(ManifestReader.ReadText(bomb.ToString(), "f.yaml").Errors);

        Assert.Equal("not valid YAML: the document has more than 50000 values, those counted again that aliases repeat", error.Message);
        Assert.Equal(7, error.Line);
    }

    [Theory]
    [InlineData("[")]
    [InlineData("{a: ")]
    [InlineData("- ")]
    public void Deep_nesting_is_refused_before_it_costs_anything(string opening)
    {
        var watch = Stopwatch.StartNew();

        var error = Assert.Single(ManifestReader.ReadText(string.Concat(Enumerable.Repeat(opening, 1_000_000 / opening.Length)), "f.yaml").Errors);

        Assert.EndsWith("is nested more than 50 deep", error.Message, StringComparison.Ordinal);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), $"took {watch.Elapsed}");
    }

    [Fact]
    public void Nesting_by_a_chain_of_aliases_is_refused()
    {
        var chain = new StringBuilder(Head).Append("a0: &a0 [x]\n");
        for (var level = 1; level <= 60; level++)
        {
            chain.Append($"a{level}: &a{level} [*a{level - 1}]\n");
        }

        Assert.EndsWith("is nested more than 50 deep", Assert.Single(ManifestReader.ReadText(chain.ToString(), "f.yaml").Errors).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_of_2_MB_is_refused_by_its_size()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("big.yaml"), Head + "a: " + new string('x', 2_000_000));

        var error = Assert.Single(ManifestReader.Read(folder.File("big.yaml")).Errors);

        Assert.Equal("the file has 2000026 bytes, at most 1048576 are read; split it, or keep data out of manifests", error.Message);
    }

    [Fact]
    public void Invalid_UTF8_is_refused_with_the_byte()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.File("latin.yaml"), [.. Encoding.ASCII.GetBytes(Head + "a: caf"), 0xE9, (byte)'\n']);

        Assert.Equal("not valid UTF-8 at byte 29 (E9); save the file as UTF-8", Assert.Single(ManifestReader.Read(folder.File("latin.yaml")).Errors).Message);
    }

    [Fact]
    public void A_byte_order_mark_and_Windows_line_ends_do_no_harm()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("bom.yaml"), (Head + "a: 'x'\n").Replace("\n", "\r\n", StringComparison.Ordinal), new UTF8Encoding(encoderShouldEmitUTF8Identifier: true));

        var reading = ManifestReader.Read(folder.File("bom.yaml"));

        Assert.Empty(reading.Errors);
        Assert.Equal("""{"apiVersion":"v1","kind":"K","a":"x"}""", Assert.Single(reading.Manifests).Content.ToJsonString());
    }

    [Fact]
    public void A_folder_is_read_in_the_order_of_names_and_not_below()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.File("below"));
        foreach (var (name, number) in new[] { ("b.yml", 2), ("a.yaml", 1), ("c.json", 3), ("notes.txt", 4), ("below/d.yaml", 5) })
        {
            File.WriteAllText(folder.File(name), Head + $"id: {number}\n");
        }

        Assert.Equal([1, 2, 3], ManifestReader.Read(folder.Path).Manifests.Select(manifest => (int)manifest.Content["id"]!));
    }

    [Fact]
    public void What_is_not_there_is_said()
    {
        using var folder = new TemporaryFolder();

        Assert.StartsWith("cannot be read: ", Assert.Single(ManifestReader.Read(folder.File("none.yaml")).Errors).Message, StringComparison.Ordinal);
        Assert.EndsWith("holds no .yaml, .yml or .json file", Assert.Single(ManifestReader.Read(folder.Path).Errors).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Damaged_files_give_errors_and_never_exceptions()
    {
        var sample = File.ReadAllText(Repository.File("config", "samples", "embeddingjob.yaml"));
        const string Letters = "[]{}&*!|>'\"%@`,:-?# \n\t~<=\u00e9";
        var random = new Random(20260131);
        for (var round = 0; round < 3000; round++)
        {
            var damaged = new StringBuilder(sample);
            for (var change = random.Next(1, 6); change > 0; change--)
            {
                var at = random.Next(damaged.Length);
                _ = random.Next(3) switch
                {
                    0 => damaged.Remove(at, Math.Min(random.Next(1, 20), damaged.Length - at)),
                    1 => damaged.Insert(at, Letters[random.Next(Letters.Length)]),
                    _ => damaged.Replace(damaged[at], Letters[random.Next(Letters.Length)], at, 1),
                };
            }

            var reading = ManifestReader.ReadText(damaged.ToString(), "damaged.yaml");

            Assert.True(reading.Manifests.Count + reading.Errors.Count > 0);
            Assert.All(reading.Manifests, manifest =>
            {
                var parsed = StrictManifest.Parse(manifest, CustomResourceDefinitions.Kinds);
                Assert.NotEqual(parsed.Value is null, parsed.Errors.Count == 0);
            });
        }
    }
}
