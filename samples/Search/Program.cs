// Finds the images most similar to an image, and shows them on a page: dotnet run --project samples/Search [-- image folder page.html]
using System.Globalization;
using System.Net;
using System.Numerics.Tensors;
using System.Text;
using ResNet.Net;

string folder = args.Length > 1 ? args[1] : Path.Combine(AppContext.BaseDirectory, "images");
string image = args.Length > 0 ? args[0] : Path.Combine(folder, "horse.png");
string page = args.Length > 2 ? args[2] : Path.Combine(AppContext.BaseDirectory, "similar.html");
string[] extensions = [".jpg", ".jpeg", ".png", ".webp"];
string[] files = [.. Directory.GetFiles(folder).Where(f => extensions.Contains(Path.GetExtension(f).ToLowerInvariant())).Order()];

// The file of this network is in the package ResNet.Net.Models.ResNet18. Its 512 features per image are an embedding: images with
// similar content have similar vectors.
using var embedder = ResNetEmbedder.Create(ResNetVariant.ResNet18Backbone);
float[] query = embedder.Embed(image);
IAsyncEnumerable<EmbeddingOutcome> index = embedder.EmbedManyAsync(files);

// Embeddings have length 1, so the dot product is the cosine. For millions of images, store them in a vector database.
(string Path, float Similarity)[] matches = await files.ToAsyncEnumerable().Zip(index)
    .Where(item => item.Second.Succeeded && Path.GetFullPath(item.First) != Path.GetFullPath(image))
    .Select(item => (Path: item.First, Similarity: TensorPrimitives.Dot(query, item.Second.Value)))
    .OrderByDescending(match => match.Similarity)
    .Take(12)
    .ToArrayAsync();
foreach ((string path, float similarity) in matches.Take(4))
{
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{similarity:F2} {Path.GetFileName(path)}"));
}

File.WriteAllText(page, ContactSheet(image, matches));
Console.WriteLine($"Page: {page}");

static string ContactSheet(string image, IEnumerable<(string Path, float Similarity)> matches)
{
    StringBuilder html = new("""
        <!DOCTYPE html><meta charset="utf-8"><title>Similar images</title>
        <style>
        :root { color-scheme: light dark; }
        body { display: grid; grid-template-columns: 280px 1fr; gap: 24px; max-width: 1300px; margin: auto; padding: 24px;
          font: 14px system-ui, sans-serif; background: Canvas; color: CanvasText; }
        main { display: grid; grid-template-columns: repeat(auto-fill, minmax(170px, 1fr)); gap: 16px; align-content: start; }
        figure { margin: 0; overflow-wrap: anywhere; }
        img { width: 100%; aspect-ratio: 1; object-fit: cover; border-radius: 8px; }
        </style>
        """);
    html.Append(Figure(image, "the image")).Append("<main>");
    foreach ((string path, float similarity) in matches)
    {
        html.Append(Figure(path, similarity.ToString("F2", CultureInfo.InvariantCulture)));
    }

    return html.Append("</main>").ToString();
}

// The page contains the images, so that it can be moved. Browsers detect the format themselves.
static string Figure(string path, string caption)
    => $"<figure><img src='data:image/jpeg;base64,{Convert.ToBase64String(File.ReadAllBytes(path))}'>"
        + $"<figcaption><b>{caption}</b> {WebUtility.HtmlEncode(Path.GetFileName(path))}</figcaption></figure>";
