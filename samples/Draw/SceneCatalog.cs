using ResNet.Net.Samples.Draw.Scenes;

namespace ResNet.Net.Samples.Draw;

/// <summary>The sample images.</summary>
public static class SceneCatalog
{
    public static IReadOnlyList<Scene> All { get; } =
    [
        new("airliner.png", "airplane", 500, 375, Airliner.Draw),
        new("car.png", "automobile", 500, 375, Car.Draw),
        new("robin.png", "bird", 375, 500, Robin.Draw),
        new("cat.png", "cat", 500, 375, Cat.Draw),
        new("deer.png", "deer", 500, 375, Deer.Draw),
        new("dog.png", "dog", 500, 375, Dog.Draw),
        new("frog.png", "frog", 500, 375, Frog.Draw),
        new("horse.png", "horse", 500, 375, Horse.Draw),
        new("ship.png", "ship", 500, 375, Ship.Draw),
        new("truck.png", "truck", 500, 375, Truck.Draw),
    ];
}
