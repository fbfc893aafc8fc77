"""Several devices that paint one picture: a process for each, a rank, and what they have in
common. What is painted is none of its business."""
