// Finds the images most similar to an image: dotnet run --project samples/Search [-- image folder]
using System.Globalization;
using System.Numerics.Tensors;
using ResNet.Net;

string folder = args.Length > 1 ? args[1] : Path.Combine(AppContext.BaseDirectory, "images");
string image = args.Length > 0 ? args[0] : Path.Combine(folder, "horse.png");
string[] files = [.. Directory.GetFiles(folder, "*.png").Order()];

// The features before the last layer are an embedding: similar images have similar vectors.
using var embedder = ResNetEmbedder.Create(ResNetVariant.Cifar10ResNet20);
float[] query = embedder.Embed(image);
IReadOnlyList<EmbeddingOutcome> index = embedder.EmbedBatch(files);

// Embeddings have length 1, so the dot product is the cosine. For millions of images, store them in a vector database.
var matches = files.Zip(index)
    .Where(item => item.Second.Succeeded)
    .Select(item => (Name: Path.GetFileName(item.First), Similarity: TensorPrimitives.Dot(query, item.Second.Value)))
    .OrderByDescending(match => match.Similarity);
foreach ((string name, float similarity) in matches.Take(4))
{
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{similarity:F2} {name}"));
}
