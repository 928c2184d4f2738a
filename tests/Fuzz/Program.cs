using ResNet.Net.Fuzz;

if (args is [FuzzChild.Command, string target])
{
    return FuzzChild.Run(target);
}

if (args is [string name, "--replay", .. string[] files] && FuzzTargets.All.ContainsKey(name))
{
    return FuzzReplay.Run(name, files);
}

if (FuzzOptions.Parse(args) is not FuzzOptions options)
{
    Console.WriteLine(FuzzOptions.Usage);
    return 2;
}

return new FuzzRun(options).Run();
