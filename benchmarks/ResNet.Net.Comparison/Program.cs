using ResNet.Net.Comparison;

return args switch
{
    ["--help" or "-h" or "-?"] => Help.Print(),
    [ContestantProcess.PeerCommand, ContestantProcess.Ours, .. string[] rest] => PeerHost.Run(rest, arguments => new OursPeer(arguments)),
    [ContestantProcess.PeerCommand, ContestantProcess.Tutorial, .. string[] rest]
        => PeerHost.Run(rest, arguments => new TutorialPeer(arguments)),
    [ContestantProcess.PeerCommand, ContestantProcess.Floor, .. string[] rest] => PeerHost.Run(rest, arguments => new FloorPeer(arguments)),
    [RenderCommand.Command, string folder] => RenderCommand.Run(folder, Repository.Root),
    [RenderCommand.Command, string folder, RenderCommand.PagesOption, string pages] => RenderCommand.Run(folder, pages),
    _ => await ComparisonRun.RunAsync(ComparisonOptions.Parse(args)),
};
