return await Rasp.Tool.RaspCommandLine.InvokeAsync(args, Console.Out, Console.Error, CancellationToken.None);
