"""How symmetric a picture is: its lattice, wallpaper group and colour rule, found in its pixels."""
