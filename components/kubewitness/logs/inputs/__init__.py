"""Where the bytes of logs come from: files, folders, standard input, and the clouds."""
