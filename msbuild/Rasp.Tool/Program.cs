System.Console.WriteLine("rasp");
