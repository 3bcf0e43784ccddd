"""The first kind of model: experts on words and sound, corrected by LightGBM trees."""
