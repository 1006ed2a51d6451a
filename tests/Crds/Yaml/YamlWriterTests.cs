using System.Text.Json.Nodes;
using TextOps.Crds.Yaml;

namespace TextOps.Crds.Tests.Yaml;

public sealed class YamlWriterTests
{
    // What a YAML 1.1 or 1.2 reader would not give back as this string, were it written without quotes.
    public static TheoryData<string> Tricky =>
    [
        "", " ", "~", "null", "Null", "true", "False", "on", "Off", "yes", "No", "y", "N", "0.5", "1", "-1", "+1", "007", "0x1F", "0o7", "0b1", "1_000", "1e3", ".5", "1.", "1:30",
        ".inf", "-.INF", ".nan", "2026-01-31", "2026-01-31T12:00:00Z", "=", "<<", "-", "- a", "---", "--- a", "...", "?", "? a", ":", "a: b", "a:", "a #b", "#a", "&a", "*a", "!a", "|", ">",
        "%a", "@a", "`a`", "[a]", "{a}", "a,b", "'a'", "\"a\"", "it's \"so\"", "C:\\x", "a\nb", "a\n", "\ta", "a\t", " a", "a ", "\u0007", "\u0085", "\u2028", "\uFEFFa", "😀", "é", "…", "日本語",
        "^[a-z]+$", "$(NAME)", "a'b", ".spec[?(@.type==\"Ready\")]", "1.2.3", "v1", "0.5s", "12h", "1,5",
    ];

    [Theory]
    [MemberData(nameof(Tricky))]
    public void A_string_is_read_back_as_itself_wherever_it_stands(string value)
    {
        var node = new JsonObject { ["apiVersion"] = "v1", ["kind"] = "K", ["a"] = value, ["list"] = new JsonArray(value, new JsonObject { ["b"] = value }), [value.Length == 0 ? "-" : value + "k"] = 1 };

        var yaml = YamlWriter.Write(node);

        var reading = ManifestReader.ReadText(yaml, "written.yaml");
        Assert.Empty(reading.Errors);
        Assert.Equal(node.ToJsonString(), Assert.Single(reading.Manifests).Content.ToJsonString());
    }

    [Fact]
    public void The_style_is_fixed()
    {
        var node = JsonNode.Parse("""{"a":{"b":[1,[2,3],{"c":"on","d":null},[]],"e":{}},"f":"0.5","g":1.5,"h":true,"i":"a\"b","j":"x: y"}""");

        Assert.Equal(
            """
            a:
              b:
              - 1
              - - 2
                - 3
              - c: "on"
                d: null
              - []
              e: {}
            f: "0.5"
            g: 1.5
            h: true
            i: a"b
            j: "x: y"

            """, YamlWriter.Write(node));
    }
}
